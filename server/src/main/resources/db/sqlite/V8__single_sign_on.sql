-- People who only sign in through the provider have no password.
alter table users alter column password_hash drop not null;

-- allowed_domains: in lower case, separated by spaces
create table sign_on_providers (
    tenant_id       text primary key references tenants (id) on delete cascade,
    issuer          text not null,
    client_id       text not null,
    sealed_secret   blob not null,
    allowed_domains text not null,
    opens_accounts  integer not null,
    button_text     text not null,
    updated_at      integer not null
) strict, without rowid;

-- Who a person is at a provider. It outlives the provider's settings, so that entering them again gives no account away.
create table user_identities (
    issuer    text not null,
    subject   text not null,
    user_id   text not null references users (id) on delete cascade,
    linked_at integer not null,
    primary key (issuer, subject),
    unique (user_id, issuer)
) strict, without rowid;
