-- Which database this is: the data directory has the same word, so that another one, or an empty one,
-- is not taken for it.
create table identity (
    id          text   not null primary key
);
