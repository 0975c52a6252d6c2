-- Times are microseconds since 1970 in UTC. Ids sort by time, so ordering by id is ordering by age.
-- Tables without rowid are kept in the order of their key: that is how they are paged through.

create table tenants (
    id         text primary key,
    slug       text not null unique,
    name       text not null,
    created_at integer not null
) strict, without rowid;

create table projects (
    id         text primary key,
    tenant_id  text not null references tenants (id),
    slug       text not null unique,
    name       text not null,
    created_at integer not null
) strict, without rowid;

create table users (
    id            text primary key,
    tenant_id     text not null references tenants (id),
    email         text not null unique,
    password_hash text not null,
    tenant_owner  integer not null,
    created_at    integer not null
) strict, without rowid;

create table user_sessions (
    id            text primary key,
    user_id       text not null references users (id) on delete cascade,
    secret_sha256 blob not null,
    csrf_sha256   blob not null,
    created_at    integer not null,
    expires_at    integer not null,
    from_address  text not null
) strict, without rowid;
create index user_sessions_by_user on user_sessions (user_id);
create index user_sessions_by_expiry on user_sessions (expires_at);

create table members (
    project_id text not null references projects (id) on delete cascade,
    user_id    text not null references users (id) on delete cascade,
    role       text not null,
    created_at integer not null,
    primary key (project_id, user_id)
) strict, without rowid;
create index members_by_user on members (user_id, project_id);

-- With rowid: a declaration may be a hundred kilobytes long.
create table workloads (
    id                      text primary key,
    project_id              text not null references projects (id) on delete cascade,
    slug                    text not null,
    name                    text not null,
    description             text,
    task_type               text not null,
    backend                 text not null,
    model_name              text not null,
    config                  text,
    worker_id               text,
    gpu_resource_id         text,
    execution_policy        text,
    execution_policy_config text,
    revision                integer not null,
    created_at              integer not null,
    updated_at              integer not null,
    unique (project_id, slug)
) strict;
create index workloads_by_project on workloads (project_id, id);

-- scopes: wire names, separated by spaces
create table sdk_tokens (
    id         text primary key,
    project_id text not null references projects (id) on delete cascade,
    name       text not null,
    scopes     text not null,
    state      text not null,
    expires_at integer,
    created_at integer not null,
    created_by text not null
) strict, without rowid;
create index sdk_tokens_by_project on sdk_tokens (project_id, id);

-- generation: of the secrets of one credential, the newest has the highest
create table sdk_token_secrets (
    credential_id  text not null references sdk_tokens (id) on delete cascade,
    generation     integer not null,
    public_id      text not null unique,
    sha256         blob not null,
    created_at     integer not null,
    not_after      integer,
    last_used_at   integer,
    last_used_from text,
    primary key (credential_id, generation)
) strict, without rowid;

-- grants: * for the entire project, or the slugs of workloads, separated by spaces
create table api_keys (
    id         text primary key,
    project_id text not null references projects (id) on delete cascade,
    name       text not null,
    grants     text not null,
    state      text not null,
    expires_at integer,
    created_at integer not null,
    created_by text not null
) strict, without rowid;
create index api_keys_by_project on api_keys (project_id, id);

create table api_key_secrets (
    credential_id  text not null references api_keys (id) on delete cascade,
    generation     integer not null,
    public_id      text not null unique,
    sha256         blob not null,
    created_at     integer not null,
    not_after      integer,
    last_used_at   integer,
    last_used_from text,
    primary key (credential_id, generation)
) strict, without rowid;

create table upstream_secrets (
    project_id text not null references projects (id) on delete cascade,
    name       text not null,
    sealed     blob not null,
    updated_at integer not null,
    primary key (project_id, name)
) strict, without rowid;

-- By slug, not by reference: the trail outlives what it tells of. noun: the action up to its first dot, dot included.
create table audit_events (
    id           text primary key,
    at           integer not null,
    actor        text not null,
    action       text not null,
    noun         text not null generated always as (substr(action, 1, instr(action, '.'))) virtual,
    project_slug text,
    target       text,
    from_address text not null,
    details      text not null
) strict, without rowid;
create index audit_events_by_noun on audit_events (noun, id);
create index audit_events_by_project on audit_events (project_slug, id);
create index audit_events_by_project_and_noun on audit_events (project_slug, noun, id);

-- By slug and id, not by reference: bills outlive workloads and keys.
create table usage_records (
    id                text primary key,
    at                integer not null,
    project_slug      text not null,
    workload_id       text not null,
    workload_slug     text not null,
    key_id            text not null,
    public_id         text not null,
    client_address    text not null,
    route             text not null,
    model             text,
    status            integer not null,
    input_tokens      integer,
    output_tokens     integer,
    cached_tokens     integer,
    duration_micros   integer not null,
    first_byte_micros integer,
    request_bytes     integer not null,
    response_bytes    integer not null,
    streamed          integer not null,
    cancelled         integer not null
) strict, without rowid;
create index usage_records_by_project on usage_records (project_slug, id);
create index usage_records_by_project_and_time on usage_records (project_slug, at);

-- Autoincrement: an epoch is never used again, not even after the log was trimmed.
create table access_changes (
    epoch      integer primary key autoincrement,
    subject    text not null,
    subject_id text not null
) strict;
