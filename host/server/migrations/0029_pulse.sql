-- One row that is written to see whether the database can be written.
create table pulse (
    id          bigint not null primary key,
    beat_ms     bigint not null
);
