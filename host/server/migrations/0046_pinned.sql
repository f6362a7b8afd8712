-- People whose values stand beside the rows of a connector's previews, in the order in which they were chosen.
create table pinned (
    connector   text   not null,
    person      text   not null,
    since_ms    bigint not null,
    primary key (connector, person)
);
