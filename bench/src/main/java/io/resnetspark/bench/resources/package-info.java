/** What training needs besides arithmetic: memory, and images in time. */
package io.resnetspark.bench.resources;
