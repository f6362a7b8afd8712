-- The store of one host. SQL stays within what SQLite and PostgreSQL both understand.
-- Times are whole milliseconds since 1970, UTC. Migrations are append-only.

-- Accepted states of connector files, by the sha256 of their content.
create table revisions (
    connector   text   not null,
    digest      text   not null,
    name        text   not null,
    first_ms    bigint not null,
    primary key (connector, digest)
);

create table runs (
    id          text   not null primary key,
    connector   text   not null,
    name        text   not null,
    verb        text   not null,
    mode        text   not null,
    state       text   not null,
    started_ms  bigint not null,
    finished_ms bigint,
    report      text
);
create index runs_by_start on runs (started_ms);

create table problems (
    run         text   not null,
    person      text   not null,
    target      text   not null,
    field       text   not null,
    code        text   not null,
    message     text   not null
);
create index problems_by_run on problems (run);

-- Staged plans: each is a file of its own, named here by its digest.
create table plans (
    digest      text   not null primary key,
    connector   text   not null,
    run         text   not null,
    revision    text   not null,
    file        text   not null,
    state       text   not null,
    created_ms  bigint not null
);

-- The last complete listing of each source.
create table listings (
    connector   text   not null primary key,
    people      bigint not null,
    run         text   not null,
    finished_ms bigint not null
);

-- The last document of each person, projected to the wanted set it was read with.
create table people (
    connector   text   not null,
    key         text   not null,
    names       text   not null,
    relations   text   not null,
    revision    text   not null,
    wanted      text   not null,
    document    bytea  not null,
    listed_in   text   not null,
    complete_in text   not null default '',
    read_ms     bigint not null,
    primary key (connector, key)
);
create index people_by_listing on people (connector, listed_in, key);

-- Every name a person may be called by in a relation, without case.
create table names (
    connector   text   not null,
    name        text   not null,
    key         text   not null,
    primary key (connector, name, key)
);

-- Accounts of a site as the last scan saw them; only for matching many people at once.
create table accounts (
    site        text   not null,
    key         text   not null,
    folded      text   not null,
    username    text   not null,
    email       text   not null,
    name        text   not null,
    scan        text   not null,
    primary key (site, key)
);
create index accounts_by_key on accounts (site, folded);
create index accounts_by_username on accounts (site, username);
create index accounts_by_email on accounts (site, email);

-- Who is whom: a person and their account in one target. A null fingerprint means due.
create table links (
    connector   text   not null,
    target      text   not null,
    person      text   not null,
    state       text   not null,
    account     text   not null,
    username    text   not null,
    rules       text   not null,
    looked_ms   bigint not null,
    fingerprint bytea,
    primary key (connector, target, person)
);
create index links_by_account on links (connector, target, account);

-- What we last wrote or adopted. Only these values are ever cleared.
create table ledger (
    site        text   not null,
    account     text   not null,
    kind        text   not null,
    field       text   not null,
    value       text   not null,
    previous    text,
    owner       text   not null,
    run         text   not null,
    revision    text   not null,
    written_ms  bigint not null,
    primary key (site, account, kind, field)
);
create index ledger_by_owner on ledger (owner);

-- One row per operation, durable before the request leaves.
create table journal (
    run         text   not null,
    operation   bigint not null,
    connector   text   not null,
    target      text   not null,
    site        text   not null,
    account     text   not null,
    person      text   not null,
    fields      text   not null,
    state       text   not null,
    intent_ms   bigint not null,
    done_ms     bigint,
    primary key (run, operation)
);
create index journal_open on journal (connector, state);
