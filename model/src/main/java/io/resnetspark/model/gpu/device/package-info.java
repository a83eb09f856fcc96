/**
 * Programs on a device, whatever it is: what runs when, what lies where. Written against
 * {@link io.resnetspark.model.gpu.device.Device}, of which the tests have one that is the processor.
 */
package io.resnetspark.model.gpu.device;
