-- Who may come in over HTTP. Of tokens, sessions and codes only the SHA-256 is kept, of passwords only
-- argon2id; what they are is shown once, to whom they are for.
create table admins (
    name        text   not null primary key,
    password    text   not null,
    created_ms  bigint not null,
    changed_ms  bigint not null,
    seen_ms     bigint
);

-- `connectors` is a JSON list of connector ids; null: all of them.
create table api_tokens (
    name        text   not null primary key,
    digest      text   not null unique,
    role        text   not null,
    personal    bigint not null,
    connectors  text,
    created_ms  bigint not null,
    created_by  text   not null,
    expires_ms  bigint not null,
    used_ms     bigint
);

create table sessions (
    digest      text   not null primary key,
    id          text   not null unique,
    name        text   not null,
    kind        text   not null,
    role        text   not null,
    personal    bigint not null,
    address     text   not null,
    began_ms    bigint not null,
    seen_ms     bigint not null
);
create index sessions_by_name on sessions (name, kind);

-- What works once: `set-up` for a new administrator, `reset` for the one of this name, `link` for a
-- session of this name.
create table one_time_codes (
    digest      text   not null primary key,
    purpose     text   not null,
    name        text   not null,
    expires_ms  bigint not null
);
