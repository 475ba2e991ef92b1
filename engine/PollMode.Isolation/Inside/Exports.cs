using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

[assembly: DisableRuntimeMarshalling]

namespace PollMode.Isolation;

/// <summary>
/// The C functions of a data plane's library, none of them called per packet. No exception crosses: its message becomes the calling thread's
/// text, as does a reply; <c>pollmode_text</c> copies it out, so that neither side frees memory of the other.
/// </summary>
internal static unsafe class Exports
{
    internal const string VersionName = "pollmode_version";
    internal const string CallName = "pollmode_call";
    internal const string TextName = "pollmode_text";

    [ThreadStatic]
    private static byte[]? _text;

    /// <summary>Writes <see cref="BorderVersion"/>.</summary>
    /// <returns>Its length in bytes.</returns>
    [UnmanagedCallersOnly(EntryPoint = VersionName)]
    private static int CopyVersion(byte* buffer, int size) => Copy(BorderVersion.Bytes, buffer, size);

    /// <summary>Copies the calling thread's text, or tells its length when the buffer is too short for it.</summary>
    [UnmanagedCallersOnly(EntryPoint = TextName)]
    private static int CopyText(byte* buffer, int size) => Copy(_text ?? [], buffer, size);

    /// <summary>Answers a <see cref="BorderVerb"/>.</summary>
    /// <returns>The <see cref="BorderStatus"/>.</returns>
    [UnmanagedCallersOnly(EntryPoint = CallName)]
    private static int Call(int verb, long session, byte* request, int length)
    {
        try
        {
            _text = DataPlane.Library.Answer((BorderVerb)verb, session, new ReadOnlySpan<byte>(request, length));
            return (int)BorderStatus.Done;
        }
#pragma warning disable CA1031 // Nothing is thrown over the border.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            (BorderStatus status, string text) = BorderFault.Of(fault);
            _text = Encoding.UTF8.GetBytes(text);
            return (int)status;
        }
    }

    private static int Copy(byte[] text, byte* buffer, int size)
    {
        if (text.Length <= size)
        {
            text.CopyTo(new Span<byte>(buffer, size));
        }

        return text.Length;
    }
}
