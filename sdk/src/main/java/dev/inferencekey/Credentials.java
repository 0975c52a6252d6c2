package dev.inferencekey;

import dev.inferencekey.contract.credential.LiveKey;
import dev.inferencekey.contract.credential.Redaction;
import dev.inferencekey.contract.credential.SdkToken;
import dev.inferencekey.contract.error.ErrorCode;

/** Reads credentials, and refuses the other plane's before anything is sent. */
final class Credentials {
    private Credentials() {}

    static SdkToken sdkToken(String text) {
        if (text.startsWith(LiveKey.PREFIX)) {
            throw wrongPlane(text, "is a data key; the management plane requires an ik_sdk_ token");
        }
        return SdkToken.parse(text).orElseThrow(() -> malformed("an ik_sdk_ token", SdkToken.PREFIX));
    }

    static LiveKey liveKey(String text) {
        if (text.startsWith(SdkToken.PREFIX)) {
            throw wrongPlane(text, "is a management token; the data plane requires an ik_live_ key");
        }
        return LiveKey.parse(text).orElseThrow(() -> malformed("an ik_live_ key", LiveKey.PREFIX));
    }

    private static PermissionDeniedException wrongPlane(String text, String why) {
        return new PermissionDeniedException(
                Redaction.redact(text) + " " + why, ErrorDetails.local(ErrorCode.WRONG_CREDENTIAL_TYPE));
    }

    /** A configuration error, not a refusal: nobody was asked, and it is the setting that must be mended. */
    private static ConfigurationException malformed(String what, String prefix) {
        return new ConfigurationException("ik… is not " + what + ": it must be " + prefix
                + " and 8 hex digits, _ and 64 hex digits, in lower case; was it cut off when it was copied?");
    }
}
