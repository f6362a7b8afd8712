-- Values that could not be brought in tune, each since when, how often it was tried, and when it is tried
-- next by itself. `step` is how far the waits between tries have grown; 0: the next run tries it.
create table held (
    connector   text   not null,
    target      text   not null,
    person      text   not null,
    field       text   not null,
    code        text   not null,
    first_ms    bigint not null,
    last_ms     bigint not null,
    next_ms     bigint not null,
    tries       bigint not null,
    step        bigint not null,
    primary key (connector, target, person, field)
);
create index held_by_person on held (connector, person);
create index held_by_next on held (next_ms);
