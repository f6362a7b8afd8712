-- Since when a person's document is what it is: `read_ms` is when it was last seen so.
alter table people add column since_ms bigint not null default 0;
update people set since_ms = read_ms;

-- Earlier versions of a person's document: read like this from `since_ms` to `read_ms`, and replaced
-- by another one at `until_ms`.
create table versions (
    connector   text   not null,
    key         text   not null,
    until_ms    bigint not null,
    since_ms    bigint not null,
    read_ms     bigint not null,
    names       text   not null,
    relations   text   not null,
    wanted      text   not null,
    document    bytea  not null,
    primary key (connector, key, until_ms)
);
create index versions_by_end on versions (until_ms);

-- Names that people had in an earlier version and may have no more.
create table version_names (
    connector   text   not null,
    name        text   not null,
    key         text   not null,
    primary key (connector, name, key)
);

-- The text of a revision; null where it was accepted before texts were kept.
alter table revisions add column text text;

-- The files that options of a revision name.
create table revision_files (
    connector   text   not null,
    digest      text   not null,
    path        text   not null,
    content     bytea  not null,
    primary key (connector, digest, path)
);
