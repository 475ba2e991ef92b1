namespace PollMode.Examples.PacketGen;

/// <summary>Something that must hold for exit code 0: <c>loss&lt;=0.001%</c>, <c>p99&lt;=50us</c>, <c>rate&gt;=1Mpps</c>.</summary>
/// <typeparam name="T">What is looked at.</typeparam>
/// <param name="Text">As the user wrote it.</param>
/// <param name="Metric">Its side to the left.</param>
/// <param name="Operator">How it is compared.</param>
/// <param name="Limit">What with, in the metric's own unit.</param>
internal sealed record Expectation<T>(string Text, Metric<T> Metric, string Operator, double Limit)
{
    /// <summary>Whether it holds. Of what was not measured nothing holds.</summary>
    public bool Holds(T subject) => Metric.Value(subject) is { } value && Operator switch
    {
        "<=" => value <= Limit,
        ">=" => value >= Limit,
        "<" => value < Limit,
        ">" => value > Limit,
        _ => value == Limit,
    };
}
