-- Connectors whose last run failed, and how often with the same code; in quarantine where since_ms
-- is set.
create table quarantines (
    connector   text   not null primary key,
    code        text   not null,
    message     text   not null,
    times       bigint not null,
    since_ms    bigint,
    probes      bigint not null,
    next_ms     bigint not null
);
