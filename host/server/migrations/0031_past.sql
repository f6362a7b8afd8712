-- When the values of an operation were forgotten; null where they are kept.
alter table journal add column forgotten_ms bigint;
create index journal_by_person on journal (connector, person);
create index journal_by_account on journal (run, target, account);

-- Plans that take back what a run wrote. `person` is empty where everybody's is.
create table undos (
    plan          text   not null primary key,
    undone        text   not null,
    person        text   not null,
    keeps_running bigint not null
);
create index undos_by_run on undos (undone);

-- The runs that wrote such a plan: more than one where the first was stopped.
create table undo_runs (
    run           text   not null primary key,
    plan          text   not null
);
