-- A link is true of one site only: another url under the same name means other accounts.
alter table links add column site text not null default '';
-- People who left the scope keep their link and claim no account any more.
alter table links add column is_outside bigint not null default 0;
