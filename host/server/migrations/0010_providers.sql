-- Which provider the last complete listing of a connector came from: another one gives the same
-- people other keys.
create table providers (
    connector   text   not null primary key,
    provider    text   not null
);
