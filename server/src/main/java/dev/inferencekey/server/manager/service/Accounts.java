package dev.inferencekey.server.manager.service;

import dev.inferencekey.contract.credential.Redaction;
import dev.inferencekey.server.domain.DisplayText;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What e-mail addresses and passwords must look like. Messages never repeat a password. Stateless and thread-safe. */
public final class Accounts {
    /** The longest address, in characters. */
    public static final int MAX_EMAIL_LENGTH = 254;

    /** The shortest password of a new account, in characters. */
    public static final int MIN_PASSWORD_LENGTH = 12;

    /** The longest password that is taken, in characters: hashing more would be a way to keep the server busy. */
    public static final int MAX_PASSWORD_LENGTH = 512;

    // Enough to catch a slip of the pen; whether an address exists only a letter can tell.
    private static final Pattern EMAIL = Pattern.compile("[^@\\s\\p{Cntrl}<>\"]+@[^@\\s\\p{Cntrl}<>\"]+");

    private Accounts() {}

    /** The address in its one form: lower case, without surrounding blanks. */
    public static String email(String field, String text) {
        String email = text.strip().toLowerCase(Locale.ROOT);
        if (email.length() > MAX_EMAIL_LENGTH || !EMAIL.matcher(email).matches()) {
            throw RefusedException.invalid(field, field + " must be an e-mail address");
        }
        if (Redaction.carriesCredential(email) || !DisplayText.isOneVisibleLine(email)) {
            throw RefusedException.invalid(
                    field, field + " must not hold a credential or characters that can't be seen");
        }
        return email;
    }

    /** The password of a new account. */
    public static String newPassword(String field, String email, @Nullable String password) {
        if (password == null) {
            throw RefusedException.invalid(
                    field, field + " is required: nobody has an account with this e-mail address yet");
        }
        if (password.length() < MIN_PASSWORD_LENGTH || password.length() > MAX_PASSWORD_LENGTH) {
            throw RefusedException.invalid(
                    field, field + " must have " + MIN_PASSWORD_LENGTH + " to " + MAX_PASSWORD_LENGTH + " characters");
        }
        if (password.equalsIgnoreCase(email)) {
            throw RefusedException.invalid(field, field + " must not be the e-mail address");
        }
        return password;
    }
}
