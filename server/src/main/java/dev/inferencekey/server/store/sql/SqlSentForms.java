package dev.inferencekey.server.store.sql;

import dev.inferencekey.server.ports.store.SentFormStore;
import java.time.Instant;
import java.util.Optional;

final class SqlSentForms implements SentFormStore {
    private final SqlSession session;

    SqlSentForms(SqlSession session) {
        this.session = session;
    }

    @Override
    public Claim claim(String form, Instant now, Instant until) {
        int claimed = session.update("""
                        insert into sent_forms (form, until)
                        values (:form, :until)
                            on conflict (form) do update set until = :until, led_to = null
                         where sent_forms.until <= :now
                        """)
                .bind("form", form)
                .bind("now", Columns.micros(now))
                .bind("until", Columns.micros(until))
                .execute();
        return claimed > 0 ? new Claim.Granted() : taken(form);
    }

    private Claim taken(String form) {
        Optional<String> ledTo = session.query(
                        "select led_to from sent_forms where form = :form and led_to is not null")
                .bind("form", form)
                .mapTo(String.class)
                .findFirst();
        return ledTo.<Claim>map(Claim.Handled::new).orElseGet(Claim.Held::new);
    }

    @Override
    public void handled(String form, String ledTo, Instant until) {
        session.update("update sent_forms set led_to = :ledTo, until = :until where form = :form")
                .bind("ledTo", ledTo)
                .bind("until", Columns.micros(until))
                .bind("form", form)
                .execute();
    }

    @Override
    public void release(String form) {
        session.update("delete from sent_forms where form = :form and led_to is null")
                .bind("form", form)
                .execute();
    }

    @Override
    public void deleteExpiredBefore(Instant now) {
        session.update("delete from sent_forms where until < :now")
                .bind("now", Columns.micros(now))
                .execute();
    }
}
