using System.Text;

namespace PollMode.Drivers.AfXdp.Tests.Live;

/// <summary>What a running program has written so far.</summary>
internal sealed class CommandOutput
{
    private readonly StringBuilder _text = new();
    private readonly Lock _gate = new();

    public void Add(string? line)
    {
        lock (_gate)
        {
            _text.Append(line).Append('\n');
        }
    }

    /// <summary>Waits until it has written something.</summary>
    public void WaitFor(string text)
    {
        long deadline = Environment.TickCount64 + 30_000;
        while (Environment.TickCount64 < deadline)
        {
            if (ToString().Contains(text, StringComparison.Ordinal))
            {
                return;
            }

            Thread.Sleep(5);
        }

        Assert.Fail($"'{text}' never came: {this}");
    }

    public override string ToString()
    {
        lock (_gate)
        {
            return _text.ToString();
        }
    }
}
