/** What all pages share: layout, assets, forms, texts, and how they are sent. */
@NullMarked
package dev.inferencekey.server.dashboard.page;

import org.jspecify.annotations.NullMarked;
