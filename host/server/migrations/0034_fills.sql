-- Which attributes a person has a value of: a `1` or a `0` for each cell of the document, and one more
-- for a manager. `filled_before` is what the last complete listing that had them left, by the wanted set
-- `set_before`.
alter table people add column filled text not null default '';
alter table people add column filled_before text not null default '';
alter table people add column set_before text not null default '';

-- How many people of a listing have a value of an attribute: in the newest complete reading, and in the
-- last complete listing in which anybody had one. `gone_ms` is since when nobody has any more.
create table fills (
    connector   text   not null,
    selector    text   not null,
    listing     text   not null,
    people      bigint not null,
    filled      bigint not null,
    was_people  bigint not null,
    was_filled  bigint not null,
    gone_ms     bigint,
    primary key (connector, selector)
);
