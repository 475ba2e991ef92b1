namespace PollMode.Drivers.AfXdp.Tests;

/// <summary>What is known of the kernel's drivers, where buffers of 2048 bytes do not do.</summary>
public sealed class KnownDriversTests
{
    [Theory]
    [InlineData("igb", 1792, 1024)]
    [InlineData("igb", 3840, 3072)]
    [InlineData("virtio_net", 1792, 1792)]
    [InlineData("", 1792, 1792)]
    public void A_driver_that_counts_in_KiB_fills_less_of_a_buffer(string driver, int room, int longest) =>
        Assert.Equal(longest, KnownDrivers.LongestWhole(driver, room));

    [Theory]
    [InlineData("af_xdp:eth0", "igb", 4096, 2048)]
    [InlineData("af_xdp:eth0,zero_copy=require", "igb", 4096)]
    [InlineData("af_xdp:eth0,zero_copy=off", "igb", 2048, 4096)]
    [InlineData("af_xdp:eth0,mode=generic", "igb", 2048, 4096)]
    [InlineData("af_xdp:eth0", "ice", 2048, 4096)]
    public void Its_ports_ask_for_larger_buffers_where_zero_copy_may_be_had(string spec, string driver, params int[] sizes) =>
        Assert.Equal(sizes, AfXdpSettings.Read(PortSpec.Parse(spec)).BufferBytesFor(driver));
}
