-- Who did what, when, and what came of it. Rows are only ever added; each hash covers its own row and
-- the hash before it.
create table audit (
    sequence    bigint not null primary key,
    at_ms       bigint not null,
    who         text   not null,
    what        text   not null,
    object      text   not null,
    result      text   not null,
    detail      text   not null,
    before      text   not null,
    hash        text   not null
);
