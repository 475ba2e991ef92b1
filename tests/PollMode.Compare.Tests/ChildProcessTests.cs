using Xunit;

namespace PollMode.EndToEnd.Tests;

public sealed class ChildProcessTests
{
    [Fact]
    public void A_process_is_gone_after_disposal_even_if_it_will_not_go()
    {
        int id;
        using (ChildProcess process = ChildProcess.Start("/bin/sh", ["-c", "trap '' INT; echo ready; while true; do sleep 1; done"]))
        {
            process.WaitFor("ready", TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
            id = process.Id;
            Assert.True(Directory.Exists($"/proc/{id}"));
        }

        Assert.False(Directory.Exists($"/proc/{id}"));
    }

    [Fact]
    public void A_process_that_does_not_say_what_is_waited_for_is_quoted()
    {
        using ChildProcess process = ChildProcess.Start("/bin/sh", ["-c", "echo something else >&2; exit 3"]);
        var fault = Assert.Throws<PollModeException>(() => process.WaitFor("ready", TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
        Assert.Contains("something else", fault.Message, StringComparison.Ordinal);
        Assert.Contains("status 3", fault.Message, StringComparison.Ordinal);
    }
}
