using System.Text.Json.Serialization;

namespace PollMode.Latency;

/// <summary>JSON without reflection, on both sides of the border.</summary>
[JsonSerializable(typeof(Load))]
[JsonSerializable(typeof(Figures))]
internal sealed partial class LatencyJson : JsonSerializerContext;
