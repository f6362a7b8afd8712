-- Where the changes of a source go on: the mark of the last run that lost nothing. `frame` is the
-- digest of everything that the mark is good for.
create table checkpoints (
    connector   text   not null primary key,
    frame       text   not null,
    mark        text   not null,
    run         text   not null,
    taken_ms    bigint not null
);

-- People of whom changes spoke since the complete listing `listing`: whether they take part, and
-- whether a run has yet to look at them.
create table changed (
    connector   text   not null,
    key         text   not null,
    listing     text   not null,
    takes_part  bigint not null,
    is_due      bigint not null,
    primary key (connector, key)
);

-- Whom somebody's manager is, folded: to find those whose row says something of a person.
alter table people add column manager text not null default '';
create index people_by_manager on people (connector, manager);
create index names_by_key on names (connector, key);
