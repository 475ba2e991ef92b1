namespace PollMode.EndToEnd;

/// <summary>dpdk-testpmd's counters at the end of a second, all ports together.</summary>
internal sealed record TestpmdSecond(double Received, double Missed, double Sent, double ReceivedPerSecond, double SentPerSecond);
