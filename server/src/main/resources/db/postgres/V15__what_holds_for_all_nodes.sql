-- What must hold for the installation, whichever node is asked.

-- Attempts to sign in. bucket: a digest, since what was typed may be a secret. full_at: when all attempts are there again
create table sign_in_attempts (
    bucket  text collate "C" primary key,
    full_at bigint not null
);
create index sign_in_attempts_by_time on sign_in_attempts (full_at);

-- Sign-ins through the provider that were completed or failed: none is taken twice
create table used_sign_ons (
    state      text collate "C" primary key,
    expires_at bigint not null
);
create index used_sign_ons_by_time on used_sign_ons (expires_at);

-- Sign-ins that were ended because they turned up in another browser or program
create table hijacked_sessions (
    id            text collate "C" primary key,
    secret_sha256 bytea not null,
    expires_at    bigint not null
);
create index hijacked_sessions_by_time on hijacked_sessions (expires_at);

-- Forms that were sent. led_to: null while somebody handles it, who has until until
create table sent_forms (
    form   text collate "C" primary key,
    led_to text collate "C",
    until  bigint not null
);
create index sent_forms_by_time on sent_forms (until);

-- The last ordinal that was given to a key of the project
create table api_key_numbers (
    project_id text collate "C" primary key,
    last       bigint not null
);
insert into api_key_numbers (project_id, last)
    select project_id, max(ordinal) from api_keys group by project_id;

-- Work in the background, as db-scheduler keeps it
create table scheduled_tasks (
    task_name            text collate "C" not null,
    task_instance        text collate "C" not null,
    task_data            bytea,
    execution_time       timestamp with time zone,
    picked               boolean not null,
    picked_by            text collate "C",
    last_success         timestamp with time zone,
    last_failure         timestamp with time zone,
    consecutive_failures integer,
    last_heartbeat       timestamp with time zone,
    version              bigint not null,
    priority             smallint,
    primary key (task_name, task_instance)
);
