/** A class that DL4J M2.1 looks for under the name it had before M2.1. */
package org.nd4j.nativeblas;
