-- Connectors that write nothing until somebody lets them.
create table pauses (
    connector   text   not null primary key,
    since_ms    bigint not null,
    who         text   not null,
    reason      text   not null
);

-- Sites that nothing is sent to until somebody lets us.
create table sites (
    site        text   not null primary key,
    since_ms    bigint not null,
    who         text   not null,
    reason      text   not null
);
