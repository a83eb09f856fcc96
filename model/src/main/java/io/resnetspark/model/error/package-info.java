/** The failures a user can act on, by kind; each kind has one exit code on the command line. */
@NullMarked
package io.resnetspark.model.error;

import org.jspecify.annotations.NullMarked;
