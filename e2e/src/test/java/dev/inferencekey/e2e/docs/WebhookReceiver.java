package dev.inferencekey.e2e.docs;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Whoever is told of events. */
public final class WebhookReceiver {
    private WebhookReceiver() {}

    // docs:start signature
    public static boolean isGenuine(String secret, String id, String timestamp, String signatures, byte[] body)
            throws GeneralSecurityException {
        if (Math.abs(Instant.now().getEpochSecond() - Long.parseLong(timestamp)) > 300) {
            return false;
        }
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(Base64.getDecoder().decode(secret.substring("whsec_".length())), "HmacSHA256"));
        mac.update((id + "." + timestamp + ".").getBytes(US_ASCII));
        String right = "v1," + Base64.getEncoder().encodeToString(mac.doFinal(body));
        return Arrays.stream(signatures.split(" "))
                .anyMatch(each -> MessageDigest.isEqual(each.getBytes(US_ASCII), right.getBytes(US_ASCII)));
    }
    // docs:end signature
}
