using System.Text.Json;
using Xunit;

namespace PollMode.EndToEnd.Tests;

/// <summary>What must hold for every report of a run.</summary>
internal static class JsonChecks
{
    internal static long Count(this JsonElement report, string name) => report.GetProperty(name).GetInt64();

    /// <summary>Every packet that was received was sent or dropped under a reason, every buffer is home, and the figures agree.</summary>
    internal static void AssertAddsUp(this JsonElement report)
    {
        long dropped = report.GetProperty("dropped").EnumerateObject().Sum(reason => reason.Value.GetInt64());
        Assert.Equal(report.Count("rx_packets"), report.Count("tx_packets") + dropped);
        Assert.Equal(0, report.Count("pool_in_flight"));
        Assert.True(report.Count("pool_capacity") > 0);
        Assert.True(report.Count("allocated_bytes") >= 0);
        Assert.True(report.Count("gc_collections") >= 0);
        double seconds = report.GetProperty("seconds").GetDouble();
        Assert.True(seconds > 0);
        Assert.Equal(report.Count("tx_packets") / seconds / 1e6, report.GetProperty("mpps").GetDouble(), 6);
    }
}
