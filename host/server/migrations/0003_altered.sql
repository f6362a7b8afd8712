-- Values that a target took and does not show, and how many runs in a row it did so.
create table altered (
    site        text   not null,
    account     text   not null,
    kind        text   not null,
    field       text   not null,
    value       text   not null,
    stored      text   not null,
    times       bigint not null,
    primary key (site, account, kind, field)
);
