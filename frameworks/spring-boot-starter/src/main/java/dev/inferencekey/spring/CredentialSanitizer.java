package dev.inferencekey.spring;

import dev.inferencekey.contract.credential.Redaction;
import java.util.regex.Pattern;
import org.springframework.boot.actuate.endpoint.SanitizableData;
import org.springframework.boot.actuate.endpoint.SanitizingFunction;

/**
 * Hides what the settings for credentials hold, whatever it is, and shows of credentials in other values only the public part. Stateless and
 * thread-safe.
 */
final class CredentialSanitizer implements SanitizingFunction {
    /** In all spellings: {@code inferencekey.sdk-token}, {@code INFERENCEKEY_ENDPOINTS_BOT_APIKEY}, … */
    private static final Pattern CREDENTIAL_SETTING =
            Pattern.compile("inferencekey[._].*?(?:sdk[-_.]?token|api[-_.]?key)", Pattern.CASE_INSENSITIVE);

    @Override
    public SanitizableData apply(SanitizableData data) {
        Object value = data.getValue();
        if (value == null) {
            return data;
        }
        if (CREDENTIAL_SETTING.matcher(data.getKey()).matches()) {
            return data.withSanitizedValue();
        }
        if (value instanceof CharSequence) {
            String text = value.toString();
            String scrubbed = Redaction.scrub(text);
            return scrubbed.equals(text) ? data : data.withValue(scrubbed);
        }
        return data;
    }
}
