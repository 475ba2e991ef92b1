namespace PollMode.Drivers.AfXdp.Tests;

/// <summary>What is said when a device changes under an open port, also what no kernel here does.</summary>
public sealed class DeviceChangesTests
{
    [Fact]
    public void Queues_that_the_port_does_not_have_are_told_of()
    {
        var changes = new DeviceChanges("eth0", firstQueue: 0, queuesOpened: 2, longestFrame: 1792, queues: 2, mtu: 1500);
        changes.Note(2, 1500);
        Assert.Empty(changes.Sentences);
        changes.Note(4, 1500);
        string sentence = Assert.Single(changes.Sentences);
        Assert.Contains("eth0 uses 4 queues now, and the port has queues 0 to 1: what arrives by queues 2 to 3 goes to the kernel", sentence, StringComparison.Ordinal);

        // The same again, or a device that does not tell, is no change; and taking it back needs no words.
        changes.Note(4, 1500);
        changes.Note(0, 1500);
        changes.Note(2, 1500);
        Assert.Single(changes.Sentences);
        Assert.Equal(2, changes.QueueChanges);
    }

    [Fact]
    public void Queues_that_vanished_are_told_of()
    {
        var changes = new DeviceChanges("eth0", firstQueue: 1, queuesOpened: 3, longestFrame: 1792, queues: 4, mtu: 1500);
        changes.Note(3, 1500);
        changes.Note(1, 1500);
        Assert.Contains("eth0 uses 3 queues now: nothing arrives by queue 3 of the port", changes.Sentences[0], StringComparison.Ordinal);
        Assert.Contains("eth0 uses 1 queue now: nothing arrives by queues 1 to 3 of the port", changes.Sentences[1], StringComparison.Ordinal);
    }

    [Fact]
    public void An_mtu_that_does_not_suit_is_told_of()
    {
        var changes = new DeviceChanges("eth0", 0, 1, longestFrame: 1792, queues: 1, mtu: 1500);
        changes.Note(1, 1774);
        Assert.Empty(changes.Sentences);
        changes.Note(1, 9000);
        changes.Note(1, 1400);
        changes.Note(1, 1500);
        Assert.Equal(2, changes.Sentences.Count);
        Assert.Contains("the MTU of eth0 is 9000 now: frames longer than 1792 bytes that arrive are dropped", changes.Sentences[0], StringComparison.Ordinal);
        Assert.Contains("the MTU of eth0 is 1400 now, and was 1500", changes.Sentences[1], StringComparison.Ordinal);
        Assert.Equal(4, changes.MtuChanges);
    }

    [Fact]
    public void A_device_that_goes_to_and_fro_does_not_fill_the_memory()
    {
        var changes = new DeviceChanges("eth0", 0, 1, longestFrame: 1792, queues: 1, mtu: 1500);
        for (int i = 0; i < 1000; i++)
        {
            changes.Note(1 + (i % 2), 1500);
        }

        Assert.Equal(64, changes.Sentences.Count);
        Assert.Equal(999, changes.QueueChanges);
    }
}
