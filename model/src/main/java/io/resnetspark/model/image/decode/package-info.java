/** Image files into samples, or rejected with a reason; nothing in a file makes it take more memory than its limits allow. */
package io.resnetspark.model.image.decode;
