-- What became of every build of a plugin that the service saw, and which one runs.
create table generations (
    plugin      text   not null,
    digest      text   not null,
    version     text   not null,
    source      text   not null,
    stage       text   not null,
    reason      text   not null,
    since_ms    bigint not null,
    primary key (plugin, digest)
);

-- Which revision of each connector file the service runs; its text is in `revisions`.
create table running (
    connector   text   not null primary key,
    digest      text   not null,
    name        text   not null,
    since_ms    bigint not null
);
