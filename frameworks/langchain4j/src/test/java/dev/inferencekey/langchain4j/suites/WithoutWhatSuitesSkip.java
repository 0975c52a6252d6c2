package dev.inferencekey.langchain4j.suites;

import java.util.regex.Pattern;
import org.junit.platform.engine.FilterResult;
import org.junit.platform.engine.TestDescriptor;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.PostDiscoveryFilter;

/**
 * Leaves out the tests of LangChain4j's suites that are for models with less, or with more, than these: the suites would skip them, and a
 * skipped test fails this project's build.
 */
public final class WithoutWhatSuitesSkip implements PostDiscoveryFilter {
    /**
     * For models that can't do what these can; for those that let a request choose another model, a number of dimensions or a kind of input;
     * for embeddings of pictures. Cancelling is tested in {@code StreamingTest}: the suite would wait half a minute to see nothing come.
     */
    private static final Pattern LEFT_OUT = Pattern.compile("should_fail_if_(?!modelName).*"
            + "|should_respect_modelName_.*"
            + "|should_cancel_streaming"
            + "|should_embed_query_and_document_differently|should_respect_dimensions_parameter"
            + "|should_embed_image|should_embed_interleaved_text_and_image");

    @Override
    public FilterResult apply(TestDescriptor test) {
        boolean leftOut = test.getSource()
                .filter(MethodSource.class::isInstance)
                .map(MethodSource.class::cast)
                .filter(source -> source.getClassName().startsWith(getClass().getPackageName()))
                .filter(source -> LEFT_OUT.matcher(source.getMethodName()).matches())
                .isPresent();
        return FilterResult.includedIf(!leftOut);
    }
}
