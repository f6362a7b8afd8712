-- What a run that died or was stopped needs to go on: at most one of a connector. `frame` is the digest of the
-- revision, the plugins and the wanted set that it was begun with.
create table unfinished (
    connector   text   not null primary key,
    run         text   not null,
    frame       text   not null,
    phase       text   not null,
    saved_ms    bigint not null,
    talk        bytea,
    reading     text   not null,
    plan        text   not null,
    written     text   not null
);
alter table runs add column resumed bigint not null default 0;
