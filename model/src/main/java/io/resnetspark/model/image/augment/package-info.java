/** Images into inputs: crops, colours and erasing at random while training, none of it otherwise. */
package io.resnetspark.model.image.augment;
