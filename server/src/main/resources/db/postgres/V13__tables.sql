-- All tables as they are on SQLite in the same version. Times are microseconds since 1970 in UTC. Texts sort by their bytes, whatever the
-- database's locale is: ids sort by time, and lists are paged through by them.

create table tenants (
    id         text collate "C" primary key,
    slug       text collate "C" not null unique,
    name       text collate "C" not null,
    created_at bigint not null
);

create table projects (
    id         text collate "C" primary key,
    tenant_id  text collate "C" not null references tenants (id),
    slug       text collate "C" not null unique,
    name       text collate "C" not null,
    created_at bigint not null
);

create table users (
    id            text collate "C" primary key,
    tenant_id     text collate "C" not null references tenants (id),
    email         text collate "C" not null unique,
    password_hash text collate "C",
    tenant_owner  integer not null,
    created_at    bigint not null
);

create table user_sessions (
    id            text collate "C" primary key,
    user_id       text collate "C" not null references users (id) on delete cascade,
    secret_sha256 bytea not null,
    created_at    bigint not null,
    expires_at    bigint not null,
    from_address  text collate "C" not null,
    user_agent    text collate "C" not null,
    last_seen_at  bigint not null,
    kind          text collate "C" not null
);
create index user_sessions_by_user on user_sessions (user_id);
create index user_sessions_by_expiry on user_sessions (expires_at);

create table members (
    project_id text collate "C" not null references projects (id) on delete cascade,
    user_id    text collate "C" not null references users (id) on delete cascade,
    role       text collate "C" not null,
    created_at bigint not null,
    primary key (project_id, user_id)
);
create index members_by_user on members (user_id, project_id);

-- project_id and role: null for an invitation to own the installation
create table invitations (
    id            text collate "C" primary key,
    secret_sha256 bytea not null,
    project_id    text collate "C" references projects (id) on delete cascade,
    role          text collate "C",
    email         text collate "C",
    created_by    text collate "C" not null,
    created_at    bigint not null,
    expires_at    bigint not null
);
create index invitations_by_project on invitations (project_id, created_at);
create index invitations_by_expiry on invitations (expires_at);

-- allowed_domains: in lower case, separated by spaces
create table sign_on_providers (
    tenant_id       text collate "C" primary key references tenants (id) on delete cascade,
    issuer          text collate "C" not null,
    client_id       text collate "C" not null,
    sealed_secret   bytea not null,
    allowed_domains text collate "C" not null,
    opens_accounts  integer not null,
    button_text     text collate "C" not null,
    updated_at      bigint not null
);

-- Who a person is at a provider. It outlives the provider's settings, so that entering them again gives no account away.
create table user_identities (
    issuer    text collate "C" not null,
    subject   text collate "C" not null,
    user_id   text collate "C" not null references users (id) on delete cascade,
    linked_at bigint not null,
    primary key (issuer, subject),
    unique (user_id, issuer)
);

-- A text that only the master key opens which this installation's secrets are sealed with.
create table master_key_check (
    id     integer primary key check (id = 1),
    sealed bytea not null
);

create table workloads (
    id                      text collate "C" primary key,
    project_id              text collate "C" not null references projects (id) on delete cascade,
    slug                    text collate "C" not null,
    name                    text collate "C" not null,
    description             text collate "C",
    task_type               text collate "C" not null,
    backend                 text collate "C" not null,
    model_name              text collate "C" not null,
    config                  text collate "C",
    worker_id               text collate "C",
    gpu_resource_id         text collate "C",
    execution_policy        text collate "C",
    execution_policy_config text collate "C",
    revision                bigint not null,
    created_at              bigint not null,
    updated_at              bigint not null,
    unique (project_id, slug)
);
create index workloads_by_project on workloads (project_id, id);

-- Not in workloads: limits are no part of what is declared. Only workloads that are limited have a row.
create table workload_limits (
    workload_id             text collate "C" primary key references workloads (id) on delete cascade,
    requests_per_minute     integer,
    tokens_per_minute       integer,
    max_concurrent_requests integer
);

create table workload_prices (
    project_id    text collate "C" not null references projects (id) on delete cascade,
    workload_slug text collate "C" not null,
    since         bigint not null,
    until         bigint not null,
    input         bigint not null,
    cached_input  bigint,
    output        bigint not null,
    primary key (project_id, workload_slug, since)
);
create index workload_prices_by_end on workload_prices (project_id, until, workload_slug);

-- hosts: where the secret may be sent, as host or host:port, separated by spaces. engines: whether model servers of ours may be given it.
create table upstream_secrets (
    project_id text collate "C" not null references projects (id) on delete cascade,
    name       text collate "C" not null,
    sealed     bytea not null,
    hosts      text collate "C" not null,
    engines    integer not null,
    created_at bigint not null,
    updated_at bigint not null,
    primary key (project_id, name)
);

create table sdk_tokens (
    id         text collate "C" primary key,
    project_id text collate "C" not null references projects (id) on delete cascade,
    name       text collate "C" not null,
    scopes     text collate "C" not null,
    state      text collate "C" not null,
    expires_at bigint,
    created_at bigint not null,
    created_by text collate "C" not null
);
create index sdk_tokens_by_project on sdk_tokens (project_id, id);

create table sdk_token_secrets (
    credential_id  text collate "C" not null references sdk_tokens (id) on delete cascade,
    generation     bigint not null,
    public_id      text collate "C" not null unique,
    sha256         bytea not null,
    created_at     bigint not null,
    not_after      bigint,
    last_used_at   bigint,
    last_used_from text collate "C",
    primary key (credential_id, generation)
);

-- ordinal: 1 for a project's first key; piece: see ApiKeySearch. A key that never expires ends with time itself.
create table api_keys (
    id                      text collate "C" primary key,
    project_id              text collate "C" not null references projects (id) on delete cascade,
    name                    text collate "C" not null,
    grants                  text collate "C" not null,
    state                   text collate "C" not null,
    expires_at              bigint,
    created_at              bigint not null,
    created_by              text collate "C" not null,
    requests_per_minute     integer,
    tokens_per_minute       integer,
    max_concurrent_requests integer,
    ordinal                 bigint not null,
    piece                   bigint generated always as (ordinal / 2048) stored,
    name_key                text collate "C" generated always as (lower(name)) stored,
    ends_at                 bigint generated always as (coalesce(expires_at, 9223372036854775807)) stored
);
create unique index api_keys_by_ordinal on api_keys (project_id, ordinal);
create index api_keys_by_name on api_keys (project_id, piece, state, name_key, ordinal, ends_at);
create index api_keys_by_state on api_keys (project_id, piece, state, ends_at, ordinal);
create index api_keys_by_expiry on api_keys (project_id, expires_at) where state = 'active' and expires_at is not null;

create table api_key_secrets (
    credential_id  text collate "C" not null references api_keys (id) on delete cascade,
    generation     bigint not null,
    public_id      text collate "C" not null unique,
    sha256         bytea not null,
    created_at     bigint not null,
    not_after      bigint,
    last_used_at   bigint,
    last_used_from text collate "C",
    primary key (credential_id, generation)
);

-- Each grant of each key, with what else a search asks for. slug: a workload's, or * for the entire project.
create table api_key_grants (
    project_id text collate "C" not null references projects (id) on delete cascade,
    slug       text collate "C" not null,
    piece      bigint not null,
    state      text collate "C" not null,
    name_key   text collate "C" not null,
    ordinal    bigint not null,
    ends_at    bigint not null,
    primary key (project_id, slug, piece, state, name_key, ordinal)
);

create table audit_events (
    id           text collate "C" primary key,
    at           bigint not null,
    actor        text collate "C" not null,
    action       text collate "C" not null,
    noun         text collate "C" not null generated always as (substr(action, 1, strpos(action, '.'))) stored,
    project_slug text collate "C",
    target       text collate "C",
    from_address text collate "C" not null,
    details      text collate "C" not null,
    project_id   text collate "C"
);
create index audit_events_by_time on audit_events (at, id);
create index audit_events_by_noun on audit_events (noun, at, id);
create index audit_events_by_actor on audit_events (actor, at, id);
create index audit_events_by_target on audit_events (target, at, id);
create index audit_events_by_address on audit_events (from_address, at, id);
create index audit_events_by_project on audit_events (project_id, at, id);
create index audit_events_by_project_and_noun on audit_events (project_id, noun, at, id);
create index audit_events_by_project_and_actor on audit_events (project_id, actor, at, id);
create index audit_events_by_project_and_target on audit_events (project_id, target, at, id);
create index audit_events_by_project_and_address on audit_events (project_id, from_address, at, id);

-- project_id: null for projects that were gone before it was kept
create table usage_projects (
    id           bigint generated by default as identity primary key,
    project_id   text collate "C" unique,
    slug         text collate "C" not null,
    rolled_until bigint not null default 0,
    records_from bigint not null default 0
);
create index usage_projects_by_slug on usage_projects (slug, id);

create table usage_series (
    id            bigint generated by default as identity primary key,
    workload_id   text collate "C" not null,
    workload_slug text collate "C" not null,
    key_id        text collate "C" not null,
    public_id     text collate "C" not null,
    route         text collate "C" not null,
    model         text collate "C"
);
create unique index usage_series_by_texts
    on usage_series (public_id, workload_id, route, key_id, workload_slug, coalesce(model, ''));

-- status: 1000 more where a request failed although its status tells of success
create table usage_records (
    project           bigint not null,
    at                bigint not null,
    id                text collate "C" not null,
    series            bigint not null,
    request_id        text collate "C" not null,
    client_address    text collate "C" not null,
    status            integer not null,
    input_tokens      bigint,
    output_tokens     bigint,
    cached_tokens     bigint,
    duration_micros   bigint not null,
    first_byte_micros bigint,
    request_bytes     bigint not null,
    response_bytes    bigint not null,
    streamed          integer not null,
    cancelled         integer not null,
    cost              bigint,
    estimated         integer not null,
    error             text collate "C",
    primary key (project, at, id)
) partition by range (at);
-- Of days that have no partition of their own; see UsagePartitions.
create table usage_records_rest partition of usage_records default;

create table usage_sums (
    project       bigint not null,
    span          bigint not null,
    at            bigint not null,
    series        bigint not null,
    status        integer not null,
    requests      bigint not null,
    input_tokens  bigint not null,
    output_tokens bigint not null,
    cached_tokens bigint not null,
    durations     bytea not null,
    first_bytes   bytea not null,
    cost          bigint not null,
    primary key (project, span, at, series, status)
);

-- Five minutes that records were added to after they were summed up.
create table usage_late (
    project bigint not null,
    at      bigint not null,
    primary key (project, at)
);

-- One row once someone has changed it.
create table usage_retention (
    id          integer primary key check (id = 1),
    record_days integer not null,
    sum_days    integer not null
);

create table access_changes (
    epoch      bigint generated by default as identity primary key,
    subject    text collate "C" not null,
    subject_id text collate "C" not null
);
