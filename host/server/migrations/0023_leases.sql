-- Who works on a connector. The fence rises with every taking; a run writes only while it is still its own.
create table leases (
    connector   text   not null primary key,
    fence       bigint not null,
    holder      text   not null,
    until_ms    bigint not null
);
