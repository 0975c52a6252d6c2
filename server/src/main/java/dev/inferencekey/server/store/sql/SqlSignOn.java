package dev.inferencekey.server.store.sql;

import dev.inferencekey.server.domain.signon.SignOnSettings;
import dev.inferencekey.server.ports.store.SignOnStore;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

final class SqlSignOn implements SignOnStore {
    private final SqlSession session;

    SqlSignOn(SqlSession session) {
        this.session = session;
    }

    @Override
    public Optional<SignOnSettings> settings(String tenantId) {
        return session.query("""
                        select issuer, client_id, allowed_domains, opens_accounts, button_text, updated_at
                          from sign_on_providers
                         where tenant_id = :tenantId
                        """)
                .bind("tenantId", tenantId)
                .map((row, context) -> settings(row))
                .findFirst();
    }

    @Override
    public Optional<byte[]> sealedSecret(String tenantId) {
        return session.query("select sealed_secret from sign_on_providers where tenant_id = :tenantId")
                .bind("tenantId", tenantId)
                .map((row, context) -> row.getBytes("sealed_secret"))
                .findFirst();
    }

    @Override
    public void put(String tenantId, SignOnSettings settings, byte[] sealedSecret) {
        session.update("""
                        insert into sign_on_providers (tenant_id, issuer, client_id, sealed_secret, allowed_domains,
                                                       opens_accounts, button_text, updated_at)
                        values (:tenantId, :issuer, :clientId, :sealedSecret, :allowedDomains, :opensAccounts, :buttonText,
                                :updatedAt)
                        on conflict (tenant_id) do update
                           set issuer = excluded.issuer,
                               client_id = excluded.client_id,
                               sealed_secret = excluded.sealed_secret,
                               allowed_domains = excluded.allowed_domains,
                               opens_accounts = excluded.opens_accounts,
                               button_text = excluded.button_text,
                               updated_at = excluded.updated_at
                        """)
                .bind("tenantId", tenantId)
                .bind("issuer", settings.issuer())
                .bind("clientId", settings.clientId())
                .bind("sealedSecret", sealedSecret)
                .bind("allowedDomains", String.join(" ", settings.allowedDomains()))
                .bind("opensAccounts", settings.opensAccounts())
                .bind("buttonText", settings.buttonText())
                .bind("updatedAt", Columns.micros(settings.updatedAt()))
                .execute();
    }

    @Override
    public boolean delete(String tenantId) {
        return session.update("delete from sign_on_providers where tenant_id = :tenantId")
                        .bind("tenantId", tenantId)
                        .execute()
                > 0;
    }

    @Override
    public Optional<String> userOf(String issuer, String subject) {
        return session.query("select user_id from user_identities where issuer = :issuer and subject = :subject")
                .bind("issuer", issuer)
                .bind("subject", subject)
                .mapTo(String.class)
                .findFirst();
    }

    @Override
    public boolean link(String issuer, String subject, String userId, Instant at) {
        return session.update("""
                                insert into user_identities (issuer, subject, user_id, linked_at)
                                values (:issuer, :subject, :userId, :at)
                                on conflict do nothing
                                """)
                        .bind("issuer", issuer)
                        .bind("subject", subject)
                        .bind("userId", userId)
                        .bind("at", Columns.micros(at))
                        .execute()
                > 0;
    }

    private static SignOnSettings settings(ResultSet row) throws SQLException {
        String domains = row.getString("allowed_domains");
        return new SignOnSettings(
                row.getString("issuer"),
                row.getString("client_id"),
                domains.isEmpty() ? List.of() : List.of(domains.split(" ")),
                row.getBoolean("opens_accounts"),
                row.getString("button_text"),
                Columns.time(row, "updated_at"));
    }

    @Override
    public boolean useState(String state, Instant expiresAt) {
        return session.update("""
                                insert into used_sign_ons (state, expires_at)
                                values (:state, :expiresAt)
                                    on conflict (state) do nothing
                                """)
                        .bind("state", state)
                        .bind("expiresAt", Columns.micros(expiresAt))
                        .execute()
                > 0;
    }

    @Override
    public void trimStates(Instant now, int keep) {
        session.update("delete from used_sign_ons where expires_at <= :now")
                .bind("now", Columns.micros(now))
                .execute();
        session.update("""
                        delete from used_sign_ons
                         where expires_at <= (select expires_at from used_sign_ons
                                               order by expires_at desc limit 1 offset :keep)
                        """).bind("keep", keep).execute();
    }
}
