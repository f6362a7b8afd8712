-- What the service is to do, does and did: one row per job.
create table jobs (
    id            text   not null primary key,
    connector     text   not null,
    kind          text   not null,
    person        text   not null,
    cause         text   not null,
    state         text   not null,
    -- How often it was begun without an end.
    attempts      bigint not null default 0,
    -- How many pauses lie behind it, where it waits for a site to come back.
    tries         bigint not null default 0,
    -- Rises with every claim; only the last claim may end the job.
    fence         bigint not null default 0,
    holder        text   not null default '',
    not_before_ms bigint not null,
    asked_ms      bigint not null,
    started_ms    bigint,
    finished_ms   bigint,
    run           text   not null default '',
    code          text   not null default '',
    message       text   not null default ''
);
-- A second request joins the first as long as that one waits.
create unique index jobs_waiting on jobs (connector, kind, person) where state = 'queued';
create index jobs_by_state on jobs (state, not_before_ms);
create index jobs_by_end on jobs (finished_ms);

-- When each line of a connector's schedule comes next.
create table schedules (
    connector     text   not null,
    kind          text   not null,
    line          text   not null,
    zone          text   not null,
    last_ms       bigint not null,
    next_ms       bigint not null,
    primary key (connector, kind)
);
