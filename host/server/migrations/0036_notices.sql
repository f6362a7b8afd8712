-- What somebody should know, by a key of its own: open until it is settled.
create table notices (
    key         text   not null primary key,
    kind        text   not null,
    connector   text   not null,
    message     text   not null,
    hint        text   not null,
    since_ms    bigint not null,
    settled_ms  bigint
);

-- What goes out, one row a way. `not_before_ms` is when it may first be sent, `next_ms` when it is tried
-- next; a row is done when it was sent, given up or not asked for.
create table outbox (
    id            text   not null,
    way           text   not null,
    key           text   not null,
    number        bigint not null,
    event         text   not null,
    kind          text   not null,
    connector     text   not null,
    message       text   not null,
    hint          text   not null,
    happened_ms   bigint not null,
    not_before_ms bigint not null,
    next_ms       bigint not null,
    attempts      bigint not null,
    state         text   not null,
    done_ms       bigint,
    primary key (id, way)
);
create index outbox_by_key on outbox (key, way, number);
create index outbox_waiting on outbox (state, next_ms);
