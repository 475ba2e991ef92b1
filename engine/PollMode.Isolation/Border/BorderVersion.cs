using System.Reflection;
using System.Text;

namespace PollMode.Isolation;

/// <summary>By what both sides know that they speak of the same things.</summary>
internal static class BorderVersion
{
    /// <summary>Changes whenever a verb, a request or a layout that both sides know does.</summary>
    private const int Protocol = 2;

    /// <summary>Longest text of a version, in bytes.</summary>
    internal const int MostBytes = 256;

    /// <summary>The protocol's number, and the version of PollMode that a side was compiled with.</summary>
    internal static string Text { get; } = $"pollmode {Protocol} {typeof(BorderVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0]}";

    internal static byte[] Bytes => Encoding.UTF8.GetBytes(Text);

    /// <summary>Refuses another version.</summary>
    /// <param name="place">Where the other side is, for the sentence.</param>
    /// <param name="other">What it says of itself.</param>
    internal static void Check(string place, string other)
    {
        if (other != Text)
        {
            throw new PollModeException($"The data plane {place} was built with another PollMode than the app ('{other}' and '{Text}'); build and publish both again, of one version.");
        }
    }
}
