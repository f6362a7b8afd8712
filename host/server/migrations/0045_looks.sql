-- For pages that people look at: each is read through an index however many people there are.
create index links_by_person on links (connector, person, username);
-- Who is due, or has not exactly one account.
create index links_amiss on links (connector, person, state)
    where is_outside = 0 and (state <> 'matched' or fingerprint is null or length(fingerprint) = 0);
create index links_outside on links (connector, person) where is_outside = 1;
-- Names without the documents beside them.
create index people_by_names on people (connector, key, names);
