namespace PollMode.Testing;

/// <summary>All decorators, one behind the other, set to change nothing: a port behind them is a port like any other.</summary>
public static class DecoratorChain
{
    /// <summary>What to write in front of a port's spec.</summary>
    /// <param name="captureFile">Where the capture goes.</param>
    public static string Of(string captureFile) =>
        $"fault:loss=0,duplicate=0%,on=both+trace:file=/dev/null+pace:speed=1+capture:file={captureFile},buffer=4194304+";
}
