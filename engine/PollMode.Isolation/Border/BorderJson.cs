using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace PollMode.Isolation;

/// <summary>Writes and reads what crosses the border as text, without reflection. The same code is on both sides.</summary>
[JsonSourceGenerationOptions(IgnoreReadOnlyProperties = true)]
[JsonSerializable(typeof(SessionRequest))]
[JsonSerializable(typeof(SessionEnd))]
[JsonSerializable(typeof(EngineStatistics))]
[JsonSerializable(typeof(List<EngineEvent>))]
[JsonSerializable(typeof(List<RingPlace>))]
[JsonSerializable(typeof(LinkPlaces))]
[JsonSerializable(typeof(CommandRequest))]
[JsonSerializable(typeof(long))]
[JsonSerializable(typeof(bool))]
internal sealed partial class BorderJson : JsonSerializerContext
{
    internal static byte[] Write<T>(T value, JsonTypeInfo<T> type) => JsonSerializer.SerializeToUtf8Bytes(value, type);

    internal static T Read<T>(ReadOnlySpan<byte> json, JsonTypeInfo<T> type) => JsonSerializer.Deserialize(json, type)!;
}
