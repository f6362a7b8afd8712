-- How far a person's picture is brought in tune with one target: the provider's mark, and what became
-- of the picture that it stands for. Without a row, or with an empty mark, it is fetched again.
create table pictures (
    connector   text   not null,
    target      text   not null,
    person      text   not null,
    site        text   not null,
    account     text   not null,
    mark        text   not null,
    hash        text   not null,
    size        bigint not null,
    looked_ms   bigint not null,
    primary key (connector, target, person)
);
-- What an account shows of the pictures that we wrote, in the product's own words: products draw what they get anew,
-- so that nothing else tells ours from somebody else's.
create table portraits (
    site        text   not null,
    account     text   not null,
    hash        text   not null,
    shown       text   not null,
    drawn       text   not null,
    made        text   not null,
    before      text   not null,
    primary key (site, account)
);
