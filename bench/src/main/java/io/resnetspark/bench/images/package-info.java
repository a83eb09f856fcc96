/** How the cost of commands grows with the number of images. */
package io.resnetspark.bench.images;
