-- Keys are found by the start of their name, by state and by what they may call, newest first, however many a project has. No index
-- has all of these orders at once, so the keys of a project are numbered as they are minted and cut into pieces of 2048: a search looks
-- into one piece after the other, newest first, by an index that begins with the piece, and sorts at most what it found in one.

-- ordinal: 1 for a project's first key
alter table api_keys add column ordinal integer not null default 0;
update api_keys
   set ordinal = numbered.ordinal
  from (select id, row_number() over (partition by project_id order by id) as ordinal from api_keys) numbered
 where numbered.id = api_keys.id;
alter table api_keys add column piece integer generated always as (ordinal / 2048) virtual;
alter table api_keys add column name_key text generated always as (lower(name)) virtual;
-- A key that never expires ends with time itself.
alter table api_keys
    add column ends_at integer generated always as (coalesce(expires_at, 9223372036854775807)) virtual;

drop index api_keys_by_project;
create unique index api_keys_by_ordinal on api_keys (project_id, ordinal);
create index api_keys_by_name on api_keys (project_id, piece, state, name_key, ordinal, ends_at);
create index api_keys_by_state on api_keys (project_id, piece, state, ends_at, ordinal);
create index api_keys_by_expiry on api_keys (project_id, expires_at) where state = 'active' and expires_at is not null;

-- Each grant of each key, with what else a search asks for. slug: a workload's, or * for the entire project.
create table api_key_grants (
    project_id text not null references projects (id) on delete cascade,
    slug       text not null,
    piece      integer not null,
    state      text not null,
    name_key   text not null,
    ordinal    integer not null,
    ends_at    integer not null,
    primary key (project_id, slug, piece, state, name_key, ordinal)
) strict, without rowid;

insert into api_key_grants (project_id, slug, piece, name_key, ordinal, state, ends_at)
    with recursive words (project_id, piece, name_key, ordinal, state, ends_at, slug, rest) as (
        select project_id, piece, name_key, ordinal, state, ends_at, null, grants || ' ' from api_keys
         union all
        select project_id, piece, name_key, ordinal, state, ends_at,
               substr(rest, 1, instr(rest, ' ') - 1), substr(rest, instr(rest, ' ') + 1)
          from words
         where rest <> ''
    )
    select project_id, slug, piece, name_key, ordinal, state, ends_at from words where slug is not null;
