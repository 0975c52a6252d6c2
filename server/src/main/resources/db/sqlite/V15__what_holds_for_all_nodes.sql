-- What must hold for the installation, whichever node is asked.

-- Attempts to sign in. bucket: a digest, since what was typed may be a secret. full_at: when all attempts are there again
create table sign_in_attempts (
    bucket  text primary key,
    full_at integer not null
) strict, without rowid;
create index sign_in_attempts_by_time on sign_in_attempts (full_at);

-- Sign-ins through the provider that were completed or failed: none is taken twice
create table used_sign_ons (
    state      text primary key,
    expires_at integer not null
) strict, without rowid;
create index used_sign_ons_by_time on used_sign_ons (expires_at);

-- Sign-ins that were ended because they turned up in another browser or program
create table hijacked_sessions (
    id            text primary key,
    secret_sha256 blob not null,
    expires_at    integer not null
) strict, without rowid;
create index hijacked_sessions_by_time on hijacked_sessions (expires_at);

-- Forms that were sent. led_to: null while somebody handles it, who has until until
create table sent_forms (
    form   text primary key,
    led_to text,
    until  integer not null
) strict, without rowid;
create index sent_forms_by_time on sent_forms (until);

-- The last ordinal that was given to a key of the project
create table api_key_numbers (
    project_id text primary key,
    last       integer not null
) strict, without rowid;
insert into api_key_numbers (project_id, last)
    select project_id, max(ordinal) from api_keys group by project_id;

-- Work in the background, as db-scheduler keeps it
create table scheduled_tasks (
    task_name            text not null,
    task_instance        text not null,
    task_data            blob,
    execution_time       integer,
    picked               integer not null,
    picked_by            text,
    last_success         integer,
    last_failure         integer,
    consecutive_failures integer,
    last_heartbeat       integer,
    version              integer not null,
    priority             integer,
    primary key (task_name, task_instance)
) strict, without rowid;
