-- What the wanted sets are that people's documents were read with: a document can be read for
-- another mapping where both ask for the same selector.
create table wanted_sets (
    digest      text   not null primary key,
    selectors   text   not null
);
