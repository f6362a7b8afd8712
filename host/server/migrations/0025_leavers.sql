-- People with values of ours whom the last complete listings did not have, or had out of scope: how many listings
-- running, and when the first of them began.
create table leavers (
    connector   text   not null,
    person      text   not null,
    listings    bigint not null,
    since_ms    bigint not null,
    primary key (connector, person)
);
-- The first complete listing of the present provider: whom only an earlier one named has not left by that.
alter table providers add column since text not null default '';
